#include "common/log_chain/log_chain.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "common/crypto/digest.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade {
namespace {

std::string BigEndian64(uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

}  // namespace

absl::string_view BytesOf(const Chain& chain) { return {chain.data(), chain.size()}; }

Chain ChainOf(absl::string_view bytes) {
  FC_CHECK(bytes.size() >= kChainBytes);
  Chain chain;
  std::copy_n(bytes.begin(), chain.size(), chain.begin());
  return chain;
}

Chain FirstChain(absl::string_view log_id) { return ChainOf(AsBytes(Sha256(log_id))); }

Chain NextChain(const Chain& before, uint64_t sequence, absl::string_view request) {
  return ChainOf(AsBytes(Sha256({BytesOf(before), BigEndian64(sequence), request})));
}

std::string BytesInChain(edge::v1::LoggedRequest request) {
  request.clear_sequence();
  request.clear_chain();
  std::string bytes;
  FC_CHECK(request.SerializeToString(&bytes));
  return bytes;
}

}  // namespace fluxcascade
