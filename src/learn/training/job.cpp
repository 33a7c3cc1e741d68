#include "learn/training/job.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"

namespace osler::learn::training {
namespace {

Result<std::int8_t> read_label(const Json& value) {
  if (value.is_null()) {
    return std::int8_t{-1};
  }
  if (value.is_number_integer() && (value == 0 || value == 1)) {
    return static_cast<std::int8_t>(value.get<int>());
  }
  return Error(ErrorCode::DataCorrupt, "a label is neither 0, 1 nor null");
}

Result<Split> read_split(const Json& value) {
  if (value == "train") {
    return Split::Train;
  }
  if (value == "validation") {
    return Split::Validation;
  }
  if (value == "test") {
    return Split::Test;
  }
  if (value == "") {
    return Split::None;
  }
  return Error(ErrorCode::DataCorrupt, "a split is none of train, validation, test and \"\"");
}

template <typename T>
Result<std::vector<T>> read_list(const Json& document, std::string_view key,
                                 Result<T> (*read)(const Json&)) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_array()) {
    return Error(ErrorCode::DataCorrupt, "the job has no list \"" + std::string(key) + "\"");
  }
  std::vector<T> list;
  list.reserve(found->size());
  for (const auto& value : *found) {
    OSLER_TRY(list.emplace_back(), read(value));
  }
  return list;
}

Result<Job> read_members(const Json& document) {
  OSLER_TRY(const auto format, json_string(document, "format"));
  if (format != "osler-job/1") {
    return Error(ErrorCode::NotSupported, "the job's format is not osler-job/1");
  }
  Job job;
  OSLER_TRY(job.tensors, json_string(document, "tensors"));
  OSLER_TRY(job.labels, read_list<std::int8_t>(document, "labels", read_label));
  OSLER_TRY(job.split, read_list<Split>(document, "split", read_split));
  if (job.labels.size() != job.split.size()) {
    return Error(ErrorCode::DataCorrupt, std::to_string(job.labels.size()) + " labels but " +
                                             std::to_string(job.split.size()) + " splits");
  }
  const auto spec = document.find("spec");
  if (spec == document.end()) {
    return Error(ErrorCode::DataCorrupt, "the job has no \"spec\"");
  }
  OSLER_TRY(job.spec, study::training_from_json(*spec));
  OSLER_TRY(const auto seed, json_integer(document, "seed"));
  OSLER_TRY(const auto threads, json_integer(document, "threads"));
  OSLER_TRY(job.out, json_string(document, "out"));
  if (document.contains("initial_weights")) {
    OSLER_TRY(job.initial_weights, json_string(document, "initial_weights"));
  }
  if (seed < 0 || threads < 1 || threads > 1024) {
    return Error(ErrorCode::InvalidArgument, "seed is negative, or threads outside 1 to 1,024");
  }
  job.seed = static_cast<std::uint64_t>(seed);
  job.threads = static_cast<int>(threads);
  if (job.spec.weights.mode != study::Transfer::None && job.initial_weights.empty()) {
    return Error(ErrorCode::InvalidArgument, "the study imports weights, and the job names none");
  }
  return job;
}

}  // namespace

Result<Job> parse_job(std::string_view text, std::string_view name) {
  OSLER_TRY(const auto document, parse_json(text, name));
  if (!document.is_object()) {
    return Error(ErrorCode::DataCorrupt, "the job is not a JSON object").at(std::string(name));
  }
  auto job = read_members(document);
  if (!job) {
    return std::move(job).error().at(std::string(name));
  }
  return job;
}

Result<Job> read_job(const std::filesystem::path& path) {
  OSLER_TRY(const auto text, read_text(path));
  return parse_job(text, path.string());
}

}  // namespace osler::learn::training
