// All links of an edge: one to each control plane that reads its log.
#ifndef FLUXCASCADE_EDGE_LINK_EDGE_LINKS_H_
#define FLUXCASCADE_EDGE_LINK_EDGE_LINKS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "edge/link/edge_link.h"
#include "edge/link/link_conversation.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

class EdgeLinks {
 public:
  // A consumer of the log besides the primary, and where it is dialed: `host:port`.
  struct Further {
    std::string name;
    std::string target;
  };

  // Starts dialing all of them; the files and times of `primary` are those of all. Takes the log's
  // append listener. `edge` is what the primary's link speaks for, without `consumers`. Its parts,
  // `clock` and `random` outlive the links.
  EdgeLinks(const EdgeLinkOptions& primary, const LinkedEdge& edge,
            const std::vector<Further>& further, const Clock& clock, Random& random);

  // Ends all at once, each as ~EdgeLink does.
  ~EdgeLinks();

  EdgeLinks(const EdgeLinks&) = delete;
  EdgeLinks& operator=(const EdgeLinks&) = delete;

  // Whether the primary has said something on the present stream. Thread-safe.
  bool connected() const;

  // Who reads the log, the primary first, and how far behind each is. Thread-safe; does not wait
  // for the disk.
  std::vector<v1::ConsumerState> Consumers() const;

 private:
  struct Link {
    std::string consumer;
    std::unique_ptr<EdgeLink> link;
  };

  void WakeAll();
  bool IsConnected(const std::string& consumer) const;

  EventLog& log_;
  const Clock& clock_;

  mutable Mutex mutex_;
  // Empty once they end.
  std::vector<Link> links_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LINK_EDGE_LINKS_H_
