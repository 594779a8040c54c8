// Owns a file descriptor.
#ifndef FLUXCASCADE_COMMON_NET_UNIQUE_FD_H_
#define FLUXCASCADE_COMMON_NET_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace fluxcascade {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { Reset(); }

  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  // -1 when there is none.
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Closes it now.
  void Reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_UNIQUE_FD_H_
