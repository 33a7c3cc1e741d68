#pragma once

#include <vector>

#include "base/result.h"
#include "cli/verb.h"
#include "workflow/run_study.h"

namespace osler::cli {

// What train and model import take alike: the study file, --data, --seed, --threads, --sign-off.
[[nodiscard]] std::vector<Option> run_options();
[[nodiscard]] Result<workflow::RunRequest> run_request(const Arguments& arguments,
                                                       const std::string& study_file);
// The end of a run, for people.
void say_result(const Context& context, const workflow::StudyResult& result);

}  // namespace osler::cli
