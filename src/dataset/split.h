#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/manifest.h"

namespace osler::dataset {

struct SplitOptions {
  // Shares of the items, each in [0, 1], together 1; a part of 0 is left out.
  double train = 0.7;
  double validation = 0.1;
  double test = 0.2;
  std::uint64_t seed = 1;
  std::string label;                     // balanced over the parts; empty: none
  std::vector<std::string> stratify;     // attributes balanced too, as far as whole patients allow
  bool keep_duplicates_together = true;  // items with the same pixels go to one part
};

// Sets each item's split. A patient is never in two parts; an item without a patient is a group of
// its own. Depends on the seed, the ids and the patients, not on the order of the items. Every
// class of `label` comes into every part; items without the label are shared out as well.
//
// Patients are taken in an order drawn from the seed, larger ones first, and each goes where all
// items, each class, and each class in each band of a stratify attribute stay nearest their shares:
// minimisation, as trials are randomised (Pocock and Simon, Biometrics 1975). An attribute that
// holds more than 10 different numbers is balanced by fifths.
//
// InvalidArgument: shares outside [0, 1] or not 1 together, or no items. NotFound: no item has the
// label or a stratify attribute; the hint names those there are. FailedPrecondition: a class has
// fewer patients than there are parts; the message says which and how many.
[[nodiscard]] Result<void> split_by_patient(Manifest& manifest, const SplitOptions& options);

// Takes the split that the data came with from an attribute: train, training; val, valid,
// validation; test, testing (any case); an item without it has no split. NotFound: no item has the
// attribute. DataCorrupt: another word; the message names it and the item.
[[nodiscard]] Result<void> split_as_given(Manifest& manifest, const std::string& attribute);

// Leaves only a share of the training patients in training, for learning curves; the films of the
// others have no split after it. Drawn within patients with and without a positive label, at least
// one of each that there is; a smaller share lies within a larger one of the same seed.
//
//   share  in (0, 1]
//   label  whose value "1" is positive
void keep_train_share(Manifest& manifest, double share, std::uint64_t seed,
                      const std::string& label);

}  // namespace osler::dataset
