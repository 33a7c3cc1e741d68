#include <map>
#include <set>

#include "dataset/catalogue.h"

namespace osler::dataset {
namespace {

std::map<std::string, const Item*> by_id(const Manifest& manifest) {
  std::map<std::string, const Item*> items;
  for (const auto& item : manifest.items) {
    items.emplace(item.id, &item);
  }
  return items;
}

std::set<std::string> patients(const Manifest& manifest) {
  std::set<std::string> names;
  for (const auto& item : manifest.items) {
    if (!item.patient.empty()) {
      names.insert(item.patient);
    }
  }
  return names;
}

std::uint64_t missing_from(const std::set<std::string>& some, const std::set<std::string>& others) {
  std::uint64_t count = 0;
  for (const auto& name : some) {
    count += others.contains(name) ? 0U : 1U;
  }
  return count;
}

std::string value(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

void compare(const Item& before, const Item& after, Difference& difference) {
  if (before.object != after.object) {
    difference.replaced.push_back(after.id);
  }
  std::set<std::string> names;
  for (const Item* item : {&before, &after}) {
    for (const auto& [name, unused] : item->labels) {
      names.insert(name);
    }
  }
  for (const auto& name : names) {
    if (value(before.labels, name) != value(after.labels, name)) {
      difference.relabelled.push_back({.id = after.id,
                                       .label = name,
                                       .from = value(before.labels, name),
                                       .to = value(after.labels, name)});
    }
  }
  if (before.split != after.split) {
    difference.moved.push_back({.id = after.id, .from = before.split, .to = after.split});
  }
}

}  // namespace

bool Difference::empty() const {
  return added.empty() && removed.empty() && replaced.empty() && relabelled.empty() &&
         moved.empty();
}

Difference diff(const Manifest& before, const Manifest& after) {
  Difference difference;
  const auto old_items = by_id(before);
  const auto new_items = by_id(after);
  for (const auto& [id, item] : new_items) {
    const auto old = old_items.find(id);
    if (old == old_items.end()) {
      difference.added.push_back(id);
    } else {
      compare(*old->second, *item, difference);
    }
  }
  for (const auto& [id, item] : old_items) {
    if (!new_items.contains(id)) {
      difference.removed.push_back(id);
    }
  }
  const auto patients_before = patients(before);
  const auto patients_after = patients(after);
  difference.patients_new = missing_from(patients_after, patients_before);
  difference.patients_gone = missing_from(patients_before, patients_after);
  difference.before = count_splits(before);
  difference.after = count_splits(after);
  return difference;
}

}  // namespace osler::dataset
