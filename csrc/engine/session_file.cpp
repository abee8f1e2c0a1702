#include "engine/session_file.h"

#include <algorithm>
#include <cstring>
#include <fstream>

#include "base/atomic_file.h"
#include "base/checksum.h"
#include "base/error.h"
#include "gguf/checksum.h"

namespace q3l {

namespace {

constexpr char kMagic[8] = {'q', '3', 'l', 's', 'e', 's', 's', '5'};

struct Header {
  char magic[8];
  uint64_t fingerprint, experts;
  int32_t kv_type, stretch, n_tokens, n_computed, n_segments, zero;
};

struct StoredSegment {
  int32_t end, role;
};

class Output {
 public:
  explicit Output(const std::string& path) : file_(path) {}
  void write(const void* data, size_t n) {
    sum_.add(data, n);
    file_.write(data, n);
  }
  void finish() {
    const uint64_t sum = sum_.value();
    file_.write(&sum, sizeof sum);
    file_.commit();
  }

 private:
  AtomicFile file_;
  Checksum sum_;
};

// Reads a file, saying its name when something is wrong with it.
class Input {
 public:
  explicit Input(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw FileError("cannot open the session file " + quoted(path));
  }
  void read(void* to, size_t n) {
    read_bytes(to, n);
    sum_.add(to, n);
  }
  void finish() {
    uint64_t sum;
    read_bytes(&sum, sizeof sum);
    if (sum != sum_.value()) fail("is damaged: its checksum differs");
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw ModelFormatError("the session file " + quoted(path_) + " " + what);
  }

 private:
  void read_bytes(void* to, size_t n) {
    if (!file_.read(static_cast<char*>(to), static_cast<std::streamsize>(n))) fail("ends early");
  }

  std::string path_;
  std::ifstream file_;
  Checksum sum_;
};

void check(const Header& h, const Input& in, Engine& engine) {
  if (std::memcmp(h.magic, kMagic, sizeof kMagic) != 0) in.fail("is none: its first bytes differ");
  if (h.fingerprint != gguf::checksum(engine.file())) {
    in.fail("was written for another model; open that one");
  }
  const bool is_theirs = h.experts == kSeveralExperts || h.experts == engine.executor().experts();
  if (h.n_computed > 0 && !is_theirs) {
    in.fail("was computed with other expert packs; plug in the ones that it was written with");
  }
  if (h.kv_type != static_cast<int32_t>(engine.executor().cache().type())) {
    in.fail("was written for another kv_type; open the model with it");
  }
  if (h.n_tokens < 0 || h.n_tokens > engine.executor().n_ctx()) {
    in.fail("has " + std::to_string(h.n_tokens) + " tokens; the context holds " +
            std::to_string(engine.executor().n_ctx()) + ": raise n_ctx");
  }
  if (std::ranges::find(kStretches, h.stretch) == kStretches.end()) {
    in.fail("is damaged: its positions are stretched by " + std::to_string(h.stretch));
  }
  if (h.n_computed < 0 || h.n_computed > h.n_tokens || h.n_segments < 0 ||
      h.n_segments > h.n_tokens) {
    in.fail("is damaged: its counts contradict each other");
  }
}

std::vector<Segment> read_segments(const Header& h, Input& in) {
  std::vector<StoredSegment> stored(static_cast<size_t>(h.n_segments));
  in.read(stored.data(), stored.size() * sizeof(StoredSegment));
  std::vector<Segment> segments;
  int end = 0;
  for (const StoredSegment& s : stored) {
    if (s.end <= end || s.end > h.n_tokens || s.role < 0 || s.role >= kRoles) {
      in.fail("is damaged: its segments are out of order");
    }
    end = s.end;
    segments.push_back({end, static_cast<Role>(s.role)});
  }
  if (end != h.n_tokens) in.fail("is damaged: its segments leave out tokens");
  return segments;
}

// Without room, a session is read as if its memory had been taken away since.
bool reserve(Sequence& s, int n_positions) {
  try {
    s.kv.reserve(0, n_positions);
    return true;
  } catch (const OverloadedError&) {
    s.forget();
    return false;
  }
}

}  // namespace

void write_session(const std::string& path, const Sequence& s, Engine& engine) {
  const KvCache& cache = engine.executor().cache();
  Header h = {{},
              gguf::checksum(engine.file()),
              s.experts,
              static_cast<int32_t>(cache.type()),
              s.kv.stretch(),
              s.n_prompt(),
              s.n_computed,
              static_cast<int32_t>(s.segments.size()),
              0};
  std::memcpy(h.magic, kMagic, sizeof kMagic);
  std::vector<StoredSegment> segments;
  segments.reserve(s.segments.size());
  for (auto [end, role] : s.segments) segments.push_back({end, static_cast<int32_t>(role)});
  Output out(path);
  out.write(&h, sizeof h);
  out.write(segments.data(), segments.size() * sizeof(StoredSegment));
  out.write(s.tokens.data(), static_cast<size_t>(h.n_tokens) * sizeof(int32_t));
  const int n_full = s.n_computed / kPagePositions, n_rest = s.n_computed % kPagePositions;
  for (int i = 0; i < n_full; ++i) out.write(s.kv.pages()[i], cache.page_bytes());
  if (n_rest > 0) {  // others may be writing behind these, or have written before
    std::vector<uint8_t> page(cache.page_bytes());
    cache.copy_positions(page.data(), s.kv.pages()[n_full], n_rest);
    out.write(page.data(), page.size());
  }
  out.finish();
}

Sequence read_session(const std::string& path, Engine& engine) {
  Input in(path);
  Header h;
  in.read(&h, sizeof h);
  check(h, in, engine);
  Executor& executor = engine.executor();
  Sequence s = {KvSequence(executor.cache()), {}, read_segments(h, in)};
  s.tokens.resize(static_cast<size_t>(h.n_tokens));
  in.read(s.tokens.data(), s.tokens.size() * sizeof(int32_t));
  for (int32_t id : s.tokens) {
    if (id < 0 || id >= executor.n_vocab()) in.fail("is damaged: it has unknown tokens");
  }
  s.kv.set_stretch(h.stretch);
  const bool has_room = reserve(s, h.n_computed);
  const size_t page_bytes = executor.cache().page_bytes();
  std::vector<uint8_t> passed_over(has_room ? 0 : page_bytes);
  for (int i = 0; i < pages_for(h.n_computed); ++i) {
    in.read(has_room ? s.kv.page_of(i * kPagePositions) : passed_over.data(), page_bytes);
  }
  in.finish();
  if (has_room) s.n_computed = h.n_computed;
  s.experts = h.experts;
  s.is_from_file = s.n_computed > 0;
  return s;
}

}  // namespace q3l
