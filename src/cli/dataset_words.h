#pragma once

#include <string>

#include "base/result.h"
#include "cli/verb.h"
#include "study/study.h"
#include "workflow/make_dataset.h"

namespace osler::cli {

// The part of a study that the dataset verbs say on the command line: label, split, duplicates.
[[nodiscard]] Result<study::Study> study_from(const Arguments& arguments, const std::string& name);
// A verb with the options of label and split after its own.
[[nodiscard]] Verb dataset_verb(Usage usage, decltype(Verb::run) run);
[[nodiscard]] std::vector<Option> split_options();

// Makes the study's data set, says it, and ends with its document.
[[nodiscard]] Result<Outcome> make_and_say(const Context& context, const study::Study& study);

// "chest v1   1,224 films   871 patients   train 856, validation 184, test 184   a77c20e1".
void say_dataset(const Context& context, const workflow::MadeDataset& made);

}  // namespace osler::cli
