#include "study/study.h"

#include "base/file.h"
#include "study/internal/sections.h"
#include "study/internal/yaml.h"

namespace osler::study {

std::array<double, 3> Split::parts() const {
  return fractions.value_or(std::array<double, 3>{0.7, 0.15, 0.15});
}

Result<Study> parse(std::string_view text, const std::filesystem::path& file,
                    const std::filesystem::path& data_dir) {
  OSLER_TRY(const auto document, read_yaml(text, file.string()));
  SettingsFault fault([&](const std::string& path, SettingsFault::Part part) {
    return document.place(path, part);
  });
  auto study = read_study(document.value, {file, data_dir}, fault);
  OSLER_TRY_DO(fault.result());
  return study;
}

Result<Study> load(const std::filesystem::path& file, const std::filesystem::path& data_dir) {
  OSLER_TRY(const auto text, read_text(file, kMostBytes));
  return parse(text, file, data_dir);
}

std::string_view to_string(Source source) {
  return word_of(kSources, source);
}

std::string_view to_string(Duplicates duplicates) {
  return word_of(kDuplicates, duplicates);
}

std::string_view to_string(Calibration calibration) {
  return word_of(kCalibrations, calibration);
}

}  // namespace osler::study
