#pragma once

#include <string>
#include <string_view>

#include "dicom/io/internal/element.h"

namespace osler::dicom::io {

// The data dictionary (PS3.6), as DCMTK's package installs it: loaded once, when first asked.
struct DictionaryEntry {
  Vr vr = 0;                 // 0: more than one is possible, or the tag is not known
  std::string_view keyword;  // "PatientID"; empty: not known
};
[[nodiscard]] DictionaryEntry dictionary(Tag tag);

}  // namespace osler::dicom::io
