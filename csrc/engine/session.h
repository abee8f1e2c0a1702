// A conversation whose keys and values stay in the cache from one request to the next, so that only
// what is new is computed. When memory is short they are given up, and computed again when they are
// wanted, in the same roles: the tokens are the same.
#pragma once

#include "engine/generation.h"
#include "engine/idle_sequences.h"

namespace q3l {

class Session {
 public:
  // REQUIRES: the engine outlives it.
  explicit Session(Engine& engine);
  // Reads what save() wrote for the same model and type of cache. Throws FileError,
  // ModelFormatError.
  Session(Engine& engine, const std::string& path);

  // Completes a whole prompt, of which what the session has already computed is not computed again.
  // Throws as Generation does, and OverloadedError while an earlier request is under way; for one
  // that was cancelled it waits.
  Generation generate(const Request& request);
  // What the session has computed, for two continuations. Throws OverloadedError as generate()
  // does.
  Session fork() const;
  // Writes tokens, keys and values; docs/formats/session.md. Requests go on meanwhile, the
  // session's next one too. Throws FileError, and OverloadedError as generate() does.
  void save(const std::string& path) const;

  // Waits for a request that was cancelled; 0 while one is under way.
  int n_computed() const;
  const Engine& engine() const { return engine_; }

 private:
  explicit Session(Engine& engine, Sequence sequence);

  Sequence copy() const;                            // shares its pages
  std::unique_lock<std::mutex> lock_ended() const;  // no request that was cancelled has it
  std::unique_lock<std::mutex> lock_idle() const;

  Engine& engine_;
  std::shared_ptr<KeptSequence> kept_;
  std::weak_ptr<Job> last_;
};

}  // namespace q3l
