#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/json.h"
#include "clinical/instance.h"
#include "dicom/decode/decoder.h"
#include "dicom/deidentify/deidentify.h"
#include "workflow/take_in.h"

namespace osler::workflow::internal {

// One de-identified object and what is known of it.
struct ResearchCopy {
  Bytes bytes;
  clinical::Instance instance;
  std::map<std::string, std::string> attributes;
  std::vector<std::string> quality;  // check names
  bool burned_in = false;            // may carry text in its pixels
};

// What was found out about one input, before anything of it is kept.
struct Examined {
  std::string path;
  Outcome outcome = Outcome::Rejected;
  std::string reason;
  std::string kind;
  clinical::Instance instance;
  Bytes original;                        // empty when rejected
  std::optional<crypto::Digest> pixels;  // of the first frame
  std::vector<std::string> quality;
  std::optional<ResearchCopy> research;
  std::string research_refused;  // why there is none although it was asked for
  std::uint64_t size = 0;
};

// The tools that every examination shares; callable from several threads.
struct Bench {
  dicom::decode::Decoder& decoder;
  const dicom::deidentify::Pseudonyms* pseudonyms = nullptr;  // none: no research copies
  const dicom::deidentify::Profile* profile = nullptr;
};

[[nodiscard]] Examined examine(std::string path, Bytes bytes, const Bench& bench);

// The de-identified copy of an original. Its pixels are those of the original, so what they showed
// is passed on.
[[nodiscard]] Result<ResearchCopy> make_copy(BytesView original,
                                             const std::vector<std::string>& quality,
                                             const Bench& bench);

// What data sets and the metadata-only baseline know of a film: the instance's fields by their
// plain names (age, sex, view, …) and every other short field of the header as "header.<keyword>".
[[nodiscard]] std::map<std::string, std::string> attributes_of(
    const clinical::Instance& instance, const std::map<std::string, std::string>& header);

}  // namespace osler::workflow::internal
