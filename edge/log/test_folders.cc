#include "edge/log/test_folders.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "rocksdb/env.h"

namespace fluxcascade::edge {
namespace {

std::string ReadFile(rocksdb::Env* env, const std::string& path) {
  std::string bytes;
  FC_CHECK(rocksdb::ReadFileToString(env, path, &bytes).ok());
  return bytes;
}

void WriteFile(rocksdb::Env* env, const std::string& path, const std::string& bytes) {
  FC_CHECK(rocksdb::WriteStringToFile(env, bytes, path, /*should_sync=*/true).ok());
}

}  // namespace

std::unique_ptr<rocksdb::Env> NewTestEnv() {
  std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  FC_CHECK(env->CreateDirIfMissing("/state").ok());
  return env;
}

void CopyFolder(rocksdb::Env* env, const std::string& from, const std::string& to) {
  FC_CHECK(env->CreateDirIfMissing(to).ok());
  for (const std::string& old : FilesEndingWith(env, to, "")) FC_CHECK(env->DeleteFile(old).ok());
  for (const std::string& path : FilesEndingWith(env, from, "")) {
    // Not a file that could be read, in memory.
    if (absl::EndsWith(path, "/LOCK")) continue;
    WriteFile(env, absl::StrCat(to, path.substr(from.size())), ReadFile(env, path));
  }
}

std::vector<std::string> FilesEndingWith(rocksdb::Env* env, const std::string& folder,
                                         const std::string& suffix) {
  std::vector<std::string> names;
  FC_CHECK(env->GetChildren(folder, &names).ok());
  std::sort(names.begin(), names.end());
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    if (name != "." && name != ".." && absl::EndsWith(name, suffix)) {
      paths.push_back(absl::StrCat(folder, "/", name));
    }
  }
  return paths;
}

void DamageFile(rocksdb::Env* env, const std::string& path, const std::string& text) {
  std::string bytes = ReadFile(env, path);
  const size_t at = bytes.rfind(text);
  FC_CHECK(at != std::string::npos);
  bytes[at + text.size() / 2] ^= 1;
  WriteFile(env, path, bytes);
}

}  // namespace fluxcascade::edge
