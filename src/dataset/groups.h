#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dataset/manifest.h"

namespace osler::dataset {

// Items that must stand on one side of a split: those of one patient and, if asked for, those with
// equal pixels, joined until nothing more hangs together. Each group is the item indices, rising;
// groups are in the order of their first item.
[[nodiscard]] std::vector<std::vector<std::size_t>> groups_of(const Manifest& manifest,
                                                              bool join_duplicates);

// The place of a part among train, validation and test; 3 for none.
[[nodiscard]] std::size_t part_number(std::string_view split);

}  // namespace osler::dataset
