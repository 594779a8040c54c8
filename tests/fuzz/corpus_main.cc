// The main of a fuzz target that is run as an ordinary test: each file named on the command line,
// and a thousand small changes of it, always the same ones.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int kChangesPerSeed = 1000;

void RunOne(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

// Flips, inserts, removes or repeats something.
void Mutate(std::string& input, std::mt19937_64& random) {
  const size_t at = input.empty() ? 0 : random() % input.size();
  switch (input.empty() ? 1 : random() % 4) {
    case 0:
      input[at] = static_cast<char>(input[at] ^ (1 << random() % 8));
      break;
    case 1:
      input.insert(at, 1, static_cast<char>(random() % 256));
      break;
    case 2:
      input.erase(at, 1 + random() % 8);
      break;
    default:
      input.insert(random() % input.size(), input.substr(at, 1 + random() % 16));
      break;
  }
}

void RunWithChanges(const std::string& seed) {
  RunOne(seed);
  std::mt19937_64 random(seed.size());
  for (int i = 0; i < kChangesPerSeed; ++i) {
    std::string changed = seed;
    for (uint64_t changes = 1 + random() % 4; changes > 0; --changes) Mutate(changed, random);
    RunOne(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  RunWithChanges("");
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot read %s\n", argv[i]);
      return 1;
    }
    RunWithChanges({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  }
  std::printf("%d seeds, %d changes of each\n", argc, kChangesPerSeed);
  return 0;
}
