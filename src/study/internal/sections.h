#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/settings.h"
#include "study/study.h"
#include "study/training.h"

namespace osler::study {

// Where the paths of one study file start.
struct Places {
  std::filesystem::path file;
  std::filesystem::path data_dir;  // empty: not given
};

// The whole document. Faults go to its SettingsFault.
[[nodiscard]] Study read_study(const Json& document, const Places& places, SettingsFault& fault);

inline constexpr auto kTrainingKeys = std::to_array<std::string_view>(
    {"network", "weights", "loss", "sampling", "optimiser", "augmentation"});
inline constexpr auto kWeightsKeys = std::to_array<std::string_view>({"path", "mode"});

// The section `key` of a document.
[[nodiscard]] TrainingSpec read_training(const Settings& parent, std::string_view key);

// The words of the study file for each of its enums.
inline constexpr std::array kSources = {Settings::Word<Source>{"dicom", Source::Dicom},
                                        Settings::Word<Source>{"folder", Source::Folder},
                                        Settings::Word<Source>{"npz", Source::Npz},
                                        Settings::Word<Source>{"dataset", Source::Dataset}};
inline constexpr std::array kDuplicates = {
    Settings::Word<Duplicates>{"refuse", Duplicates::Refuse},
    Settings::Word<Duplicates>{"keep_together", Duplicates::KeepTogether},
    Settings::Word<Duplicates>{"drop", Duplicates::Drop}};
inline constexpr std::array kCalibrations = {
    Settings::Word<Calibration>{"auto", Calibration::Auto},
    Settings::Word<Calibration>{"platt", Calibration::Platt},
    Settings::Word<Calibration>{"temperature", Calibration::Temperature},
    Settings::Word<Calibration>{"isotonic", Calibration::Isotonic}};
inline constexpr std::array kRules = {
    Settings::Word<OperatingPoint::Rule>{"sensitivity", OperatingPoint::Rule::Sensitivity},
    Settings::Word<OperatingPoint::Rule>{"specificity", OperatingPoint::Rule::Specificity},
    Settings::Word<OperatingPoint::Rule>{"threshold", OperatingPoint::Rule::Threshold}};

template <typename T, std::size_t N>
[[nodiscard]] std::string_view word_of(const std::array<Settings::Word<T>, N>& words, T value) {
  for (const auto& [name, meaning] : words) {
    if (meaning == value) {
      return name;
    }
  }
  return "";
}

}  // namespace osler::study
