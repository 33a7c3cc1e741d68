#include "evaluate/calibration/isotonic.h"

#include <cstddef>

namespace osler::evaluate::calibration {

std::vector<double> pool_adjacent_violators(std::span<const double> values,
                                            std::span<const double> weights) {
  struct Block {
    double value = 0.0;
    double weight = 0.0;
    std::size_t count = 0;
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Block block{values[i], weights[i], 1};
    while (!blocks.empty() && blocks.back().value >= block.value) {
      const Block& last = blocks.back();
      const double weight = last.weight + block.weight;
      block = {(last.value * last.weight + block.value * block.weight) / weight, weight,
               last.count + block.count};
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  std::vector<double> out;
  out.reserve(values.size());
  for (const Block& block : blocks) {
    out.insert(out.end(), block.count, block.value);
  }
  return out;
}

}  // namespace osler::evaluate::calibration
