#include "edge/http/body_budget.h"

#include <utility>

namespace fluxcascade::edge {

bool BodyBudget::Add(uint64_t bytes) {
  if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= max_bytes_) return true;
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

bool BodyBudget::Share::Hold(uint64_t bytes, uint64_t announced) {
  if (!let_in_ && budget_.used() + announced > budget_.max_bytes_) return false;
  if (!budget_.Add(bytes - held_)) return false;
  let_in_ = true;
  held_ = bytes;
  return true;
}

void BodyBudget::Share::Release() {
  let_in_ = false;
  // As for most requests, and then what the loops share is left alone.
  if (held_ == 0) return;
  budget_.used_.fetch_sub(std::exchange(held_, 0), std::memory_order_relaxed);
}

}  // namespace fluxcascade::edge
