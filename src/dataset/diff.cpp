#include <algorithm>
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

std::set<std::string> patients_of(const Manifest& manifest) {
  std::set<std::string> patients;
  for (const auto& item : manifest.items) {
    if (!item.patient.empty()) {
      patients.insert(item.patient);
    }
  }
  return patients;
}

std::uint64_t count_missing(const std::set<std::string>& of, const std::set<std::string>& in) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(of, [&](const std::string& patient) { return !in.contains(patient); }));
}

std::string value_of(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

void compare(const Item& before, const Item& after, Difference& difference) {
  if (before.object != after.object) {
    difference.replaced.push_back(after.id);
  }
  if (before.split != after.split) {
    difference.moved.push_back({.id = after.id, .from = before.split, .to = after.split});
  }
  Fields all = before.labels;
  all.insert(after.labels.begin(), after.labels.end());
  for (const auto& [label, value] : all) {
    const std::string from = value_of(before.labels, label);
    const std::string to = value_of(after.labels, label);
    if (from != to) {
      difference.relabelled.push_back({.id = after.id, .label = label, .from = from, .to = to});
    }
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
    const auto found = old_items.find(id);
    if (found == old_items.end()) {
      difference.added.push_back(id);
    } else {
      compare(*found->second, *item, difference);
    }
  }
  for (const auto& [id, item] : old_items) {
    if (!new_items.contains(id)) {
      difference.removed.push_back(id);
    }
  }
  const auto old_patients = patients_of(before);
  const auto new_patients = patients_of(after);
  difference.patients_new = count_missing(new_patients, old_patients);
  difference.patients_gone = count_missing(old_patients, new_patients);
  difference.before = count_splits(before);
  difference.after = count_splits(after);
  return difference;
}

}  // namespace osler::dataset
