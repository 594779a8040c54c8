// Questions to edges about what they keep in quarantine, from a thread of the API through the
// session of each edge and back.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_QUARANTINE_CALLS_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_QUARANTINE_CALLS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade {

// What one edge said, or why it said nothing.
struct QuarantineAnswer {
  enum class Kind {
    kAnswered,
    // It has not got the question, and will not get it.
    kNotAsked,
    // It was asked, and may have done all, some or nothing of it.
    kNoAnswer,
  };

  std::string node;
  Kind kind = Kind::kNotAsked;
  // With kAnswered.
  edge::v1::QuarantineResult result;
  // Without: why. One sentence.
  std::string reason;
};

// A question that names a configuration is handed to a session only once that has sent it, or a
// newer one, on the same stream: an edge takes what comes on a stream in its order, so that it has
// applied or refused the configuration before it reads the question. Therefore nothing is asked
// twice: an edge that refused it says so, and asking again would not change that.
//
// Thread-safe. Outlives its sessions and calls.
class QuarantineCalls {
 public:
  // Each holds a thread of the API's, and an edge lets 64 questions wait.
  static constexpr size_t kMaxCalls = 16;
  // From a call's beginning: until a connected edge must have been asked; and until it must have
  // answered.
  static constexpr absl::Duration kAskTimeout = absl::Seconds(10);
  static constexpr absl::Duration kAnswerTimeout = absl::Seconds(60);

  class Call;
  class Session;

  QuarantineCalls(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

  // Puts the question, whose request id is set here, to each of `nodes`, as far as they are
  // connected. kResourceExhausted when kMaxCalls are under way.
  absl::StatusOr<std::unique_ptr<Call>> Begin(const std::vector<std::string>& nodes,
                                              const edge::v1::ReleaseQuarantine& question);

 private:
  // A question to one node that has not been answered.
  struct Pending {
    // The answer's place in it.
    Call* call;
    size_t index;
    const Session* session;
    edge::v1::ReleaseQuarantine question;
    bool asked = false;
  };
  // By request id.
  using PendingMap = std::map<std::string, Pending>;

  PendingMap::iterator End(PendingMap::iterator pending, QuarantineAnswer answer)
      FC_REQUIRES(mutex_);
  PendingMap::iterator EndUnanswered(PendingMap::iterator pending, const std::string& asked_reason,
                                     const std::string& waiting_reason) FC_REQUIRES(mutex_);

  const Clock& clock_;
  Random& random_;

  Mutex mutex_;
  CondVar ended_;
  size_t calls_ FC_GUARDED_BY(mutex_) = 0;
  // The session that a node's questions go to: its newest.
  std::map<std::string, const Session*> sessions_ FC_GUARDED_BY(mutex_);
  PendingMap pending_ FC_GUARDED_BY(mutex_);
};

// One question to several edges. For one thread.
class QuarantineCalls::Call {
 public:
  // No answer is waited for any more.
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Returns when each edge has answered or can't any more, at the latest after kAnswerTimeout: an
  // answer for each node, in the order in which they were named.
  std::vector<QuarantineAnswer> Wait();

 private:
  friend class QuarantineCalls;
  Call(QuarantineCalls& calls, size_t nodes);

  // Whether some answer is still due. Ends what is late.
  bool IsWaiting(absl::Duration now) FC_REQUIRES(calls_.mutex_);
  // Until when there is nothing to do but wait.
  absl::Duration NextDeadline() const FC_REQUIRES(calls_.mutex_);

  QuarantineCalls& calls_;
  const absl::Duration ask_until_;
  const absl::Duration answer_until_;
  // Guarded by calls_.mutex_.
  std::vector<QuarantineAnswer> answers_;
};

// One stream of an edge's, from its hello to its end. What was not answered then is ended with it.
class QuarantineCalls::Session {
 public:
  Session(QuarantineCalls& calls, std::string node);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The edge has said hello: from now on the node's questions come here.
  void Open();

  // What is to be sent now: none is given twice. `sent_config_version` is the newest configuration
  // that was sent on this stream.
  std::vector<edge::v1::ReleaseQuarantine> TakeQuestions(int64_t sent_config_version);

  // False when nobody waits for it (any more), or it answers another session's question: it is
  // passed over.
  bool OnResult(const edge::v1::QuarantineResult& result);

 private:
  QuarantineCalls& calls_;
  const std::string node_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_QUARANTINE_CALLS_H_
