#pragma once

#include <string>

#include "base/result.h"
#include "cli/verb.h"
#include "study/study.h"
#include "workflow/make_dataset.h"

namespace osler::cli {

// The part of a study that the dataset verbs say on the command line: label, split, duplicates.
[[nodiscard]] Result<study::Study> study_from(const Arguments& arguments, const std::string& name);
// Options of those verbs.
[[nodiscard]] std::vector<Option> label_options();
[[nodiscard]] std::vector<Option> split_options();

// "chest v1   1,224 films   871 patients   train 856, validation 184, test 184   a77c20e1".
void say_dataset(const Context& context, const workflow::MadeDataset& made);

}  // namespace osler::cli
