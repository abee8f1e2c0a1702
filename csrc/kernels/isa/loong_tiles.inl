// What LSX and LASX have alike: 32 registers.
#pragma once

constexpr int kTileRows = 4;
constexpr int kTileVectors = 4;
constexpr int kPanelRows = 32;
constexpr int kTurnUnroll = 4;
constexpr int kAttendTileRows = 48;
constexpr int kStreams = 4;
constexpr int kFarBytes = 1024, kNearBytes = 256;  // how far ahead weights are asked for
constexpr int kRunUnroll = 8;
constexpr int kRealColumns = 8;
constexpr int kAttendValues = 4;
constexpr int kAttendVectors = 3;
constexpr int kSharedHeads = 2;
constexpr int kSumVectors = 16;
constexpr int kLargestInput = 127 * 256 + 127;
constexpr int kGemvRows = 4;
constexpr int kGemvColumns = 4;
