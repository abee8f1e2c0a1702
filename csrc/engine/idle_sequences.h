// Sequences that sessions keep between requests. Of those that no request has, the one that waited
// longest loses its pages when others need them.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/executor.h"

namespace q3l {

struct KeptSequence {
  std::mutex mutex;
  std::condition_variable is_back;
  std::unique_ptr<Sequence> sequence;  // resting; nothing while a request has it
};

class IdleSequences : public PageKeeper {
 public:
  explicit IdleSequences(KvCache& cache);

  std::shared_ptr<KeptSequence> keep(Sequence sequence);
  void put_back(const std::shared_ptr<KeptSequence>& kept, Sequence sequence);
  bool give_up() override;

 private:
  bool holds_idle_page(const KvSequence& kv) const;

  KvCache& cache_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<KeptSequence>> kept_;  // the longest unused first
};

}  // namespace q3l
