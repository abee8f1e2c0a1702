// Attention of generated rows has the same bits whoever else sees their pages, and in whatever
// spans it goes through them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/dispatch.h"

namespace q3l {

namespace {

constexpr int kGroup = 3, kHeadDim = 96, kPages = 28;
constexpr size_t kStride = 2 * kGroup * kHeadDim;

// Bytes of a page's keys, and of its values behind them.
size_t half_page(KvType type) {
  return kPagePositions * kv_row_bytes(type, kHeadDim);
}

struct Pages {
  Pages(const OpsSet& ops, KvType type) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    const size_t row_bytes = half_page(type) / kPagePositions;
    for (int page = 0; page < kPages; ++page) {
      const size_t centre_bytes = kv_centre_bytes(type, kHeadDim);
      bytes.emplace_back(2 * half_page(type) + centre_bytes);
      std::memset(bytes.back().data() + 2 * half_page(type), page, centre_bytes);
      for (size_t i = 0; i < 2 * kPagePositions; ++i) {
        float row[kHeadDim];
        for (float& x : row) x = normal(random);
        ops.store_kv[static_cast<int>(type)](row, nullptr, bytes.back().data() + i * row_bytes,
                                             kHeadDim);
      }
    }
  }
  const uint8_t* operator[](int i) const { return bytes[static_cast<size_t>(i)].data(); }

  std::vector<AlignedBuffer> bytes;
};

struct Attended {
  Attended(const Kernels& set, KvType type) : set(set), type(type) {
    std::mt19937 random(2);
    std::normal_distribution<float> normal;
    for (float& x : q) x = normal(random);
  }

  std::vector<float> of(const std::vector<AttendRow>& rows, bool rounded) {
    std::vector<float> out(q.size());
    way(rounded).attend({inputs(out), rows.data(), static_cast<int>(rows.size())});
    return out;
  }

  // The row in spans of so many chunks, the last first.
  std::vector<float> in_spans(const AttendRow& row, bool rounded, int n_chunks) {
    std::vector<float> out(q.size());
    const RowAttention& attention = way(rounded);
    const int n_parts = (row.n_positions + attention.part_positions - 1) / attention.part_positions;
    AlignedBuffer parts(sizeof(float) * static_cast<size_t>(n_parts * kGroup) *
                        static_cast<size_t>(attend_part_floats(kHeadDim)));
    std::memset(parts.data(), 0xff, parts.size());
    const int span = n_chunks * kAttendChunk;
    AttendArgs args = {inputs(out), &row, 1, parts.floats()};
    for (args.begin = (row.n_positions - 1) / span * span; args.begin >= 0; args.begin -= span) {
      args.end = std::min(args.begin + span, row.n_positions);
      attention.attend(args);
    }
    attention.fold(args);
    return out;
  }

  const RowAttention& way(bool rounded) const {
    return (rounded ? set.ops.row_attention_rounded
                    : set.ops.row_attention)[static_cast<int>(type)];
  }
  AttendRows inputs(std::vector<float>& out) {
    std::memset(scratch.data(), 0xff, scratch.size());
    const CachedHead head = {kGroup, kHeadDim, 0.3f, 0, half_page(type), 2 * half_page(type)};
    return {head, q.data(), out.data(), kStride, scratch.floats()};
  }

  const Kernels& set;
  KvType type;
  std::vector<float> q = std::vector<float>(16 * kStride);
  AlignedBuffer scratch{sizeof(float) *
                        static_cast<size_t>(attend_scratch(set.ops.attend_rows, kHeadDim))};
};

}  // namespace

TEST_CASE("rows that share pages have the bits that each has alone") {
  for (const std::string& isa : available_isas()) {
    const Kernels set = select_kernels(isa);
    for (KvType type : kAllKvTypes) {
      const Pages pages(set.ops, type);
      const uint8_t* lists[][10] = {
          {pages[0], pages[1]},
          {pages[0], pages[1], pages[2], pages[3]},
          {pages[0], pages[1], pages[2], pages[4], pages[5], pages[6], pages[7], pages[8], pages[9],
           pages[10]},
          {pages[0], pages[11]},
      };
      const std::vector<AttendRow> rows = {
          {5, 70, lists[0]},  {2, 71, lists[0]},  {0, 128, lists[1]}, {9, 193, lists[1]},
          {3, 256, lists[1]}, {1, 256, lists[1]}, {7, 640, lists[2]}, {15, 65, lists[3]},
      };
      for (bool rounded : {false, true}) {
        CAPTURE(isa);
        CAPTURE(static_cast<int>(type));
        CAPTURE(rounded);
        Attended attended(set, type);
        const auto together = attended.of(rows, rounded);
        for (const AttendRow& row : rows) {
          const auto alone = attended.of({row}, rounded);
          const size_t begin = static_cast<size_t>(row.row) * kStride;
          CAPTURE(row.row);
          CHECK(std::isfinite(alone[begin]));
          CHECK(std::memcmp(&together[begin], &alone[begin], sizeof(float) * kGroup * kHeadDim) ==
                0);
        }
      }
    }
  }
}

TEST_CASE("a row in spans has the bits of all of it at once") {
  for (const std::string& isa : available_isas()) {
    const Kernels set = select_kernels(isa);
    for (KvType type : kAllKvTypes) {
      const Pages pages(set.ops, type);
      std::vector<const uint8_t*> list;
      for (int i = 0; i < kPages; ++i) list.push_back(pages[i]);
      for (int n_positions : {1, 64, 512, 513, 1024, 1700, kPages * kPagePositions}) {
        const AttendRow row = {4, n_positions, list.data()};
        for (bool rounded : {false, true}) {
          CAPTURE(isa);
          CAPTURE(static_cast<int>(type));
          CAPTURE(rounded);
          CAPTURE(n_positions);
          Attended attended(set, type);
          const auto whole = attended.of({row}, rounded);
          for (int n_chunks : {1, 2, 3}) {
            CAPTURE(n_chunks);
            const auto split = attended.in_spans(row, rounded, n_chunks);
            CHECK(std::memcmp(whole.data(), split.data(), sizeof(float) * whole.size()) == 0);
          }
        }
      }
    }
  }
}

}  // namespace q3l
