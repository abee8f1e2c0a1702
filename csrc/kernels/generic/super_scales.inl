// Scales of a superblock's eight blocks of 32 values, as floats or as multiples of its unit.
#pragma once

struct SuperScales {
  alignas(64) float scale[16];
  alignas(64) float min[8];
};

// Of each block.
struct WholeScales {
  uint8_t scale[8];
  float unit;
};
