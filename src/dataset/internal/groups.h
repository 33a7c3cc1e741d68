#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dataset/manifest.h"

namespace osler::dataset {

// Items that must stand in the same part.
struct Group {
  std::vector<std::size_t> items;  // indices into the manifest
  std::string name;                // the smallest id: the same whatever the order of the items
};

enum class Duplicates : bool { Apart, Together };

// By patient, and by equal pixels as well where asked; joined when they share an item. In the order
// of their names.
[[nodiscard]] std::vector<Group> groups_of(const Manifest& manifest, Duplicates duplicates);

}  // namespace osler::dataset
