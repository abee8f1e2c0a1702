// Scales of a superblock's eight blocks of 32 values, as floats or as multiples of its unit.
// REQUIRES: BlockValues, eight unsigned integers of 6 bits.
#pragma once

// How Q4_K and Q5_K begin; where it lies: quant/superblock.h.
struct SuperHeader {
  BlockValues scales, mins;
  F unit, min_unit;
};

struct SuperScales {
  alignas(64) float scale[16];
  alignas(64) float min[8];
};

// Of each block.
struct WholeScales {
  uint8_t scale[8];
  float unit;
};
