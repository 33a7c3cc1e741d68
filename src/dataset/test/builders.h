#pragma once

#include <string>

#include "dataset/manifest.h"

namespace osler::dataset {

inline Item item(std::string id, std::string patient, std::string label, std::string split = "",
                 std::string pixels = "") {
  Item made;
  made.id = std::move(id);
  made.patient = std::move(patient);
  made.labels["opacity"] = std::move(label);
  made.split = std::move(split);
  if (!pixels.empty()) {
    made.pixels = crypto::sha256(pixels);
  }
  return made;
}

// `films` films of patients with one to three films each, a third of them positive.
inline Manifest cohort(std::size_t films) {
  Manifest manifest;
  for (std::size_t i = 0; i < films; ++i) {
    const std::size_t patient = i * 2 / 3;
    manifest.items.push_back(item("film" + std::to_string(i), "p" + std::to_string(patient),
                                  patient % 3 == 0 ? "1" : "0"));
    manifest.items.back().attributes["site"] = i % 2 == 0 ? "A" : "B";
  }
  return manifest;
}

}  // namespace osler::dataset
