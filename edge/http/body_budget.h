// How many bytes of bodies may be under way at once, in the whole process.
#ifndef FLUXCASCADE_EDGE_HTTP_BODY_BUDGET_H_
#define FLUXCASCADE_EDGE_HTTP_BODY_BUDGET_H_

#include <atomic>
#include <cstdint>

namespace fluxcascade::edge {

// Counts what has come, not what was announced: otherwise a few hundred heads that announce large
// bodies, and nothing behind them, would keep everybody else out. What was announced is looked at
// once, before a body is let in.
//
// Thread-safe; a Share is for one thread. Bodies that come with their heads in one piece are no
// concern of the budget: they are never under way.
class BodyBudget {
 public:
  explicit BodyBudget(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  BodyBudget(const BodyBudget&) = delete;
  BodyBudget& operator=(const BodyBudget&) = delete;

  // One connection's part. The budget must outlive it.
  class Share {
   public:
    explicit Share(BodyBudget& budget) : budget_(budget) {}
    ~Share() { Release(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // `bytes` of a body are there, no fewer than before, of `announced` in all (0: not known).
    // False: there is no room, and what was held before is still held.
    bool Hold(uint64_t bytes, uint64_t announced);

    // The body is complete, or given up.
    void Release();

   private:
    BodyBudget& budget_;
    bool let_in_ = false;
    uint64_t held_ = 0;
  };

  uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  bool Add(uint64_t bytes);

  const uint64_t max_bytes_;
  std::atomic<uint64_t> used_{0};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_BODY_BUDGET_H_
