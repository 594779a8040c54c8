#include "common/gzip/gzip_for_test.h"

#include <zlib.h>

#include "common/check/check.h"

namespace fluxcascade {

std::string Gzip(absl::string_view bytes) {
  constexpr int kGzipOnly = 16;
  constexpr int kMemoryLevel = 8;
  z_stream stream = {};
  FC_CHECK(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipOnly + MAX_WBITS,
                        kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  FC_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace fluxcascade
