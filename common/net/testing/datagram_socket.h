// A Unix datagram socket with a name, as a service manager listens on.
#ifndef FLUXCASCADE_COMMON_NET_TESTING_DATAGRAM_SOCKET_H_
#define FLUXCASCADE_COMMON_NET_TESTING_DATAGRAM_SOCKET_H_

#include <string>

#include "common/net/unique_fd.h"

namespace fluxcascade {

class DatagramSocket {
 public:
  // `name`: a path, which is removed with the object, or `@` and an abstract name. Stops the test's
  // process when it can't be bound.
  explicit DatagramSocket(const std::string& name);
  ~DatagramSocket();

  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  const std::string& name() const { return name_; }

  // The next datagram, for which it waits up to twenty seconds of real time; "" if none comes.
  std::string Next();
  // Whether there is one.
  bool empty() const;

 private:
  const std::string name_;
  const UniqueFd socket_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TESTING_DATAGRAM_SOCKET_H_
