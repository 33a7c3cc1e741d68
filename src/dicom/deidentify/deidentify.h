#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "dicom/deidentify/profile.h"
#include "dicom/deidentify/pseudonyms.h"

namespace osler::dicom::deidentify {

// How many elements, at whatever depth, had what done to them.
struct Counts {
  std::size_t removed = 0;  // by the confidentiality table
  std::size_t emptied = 0;
  std::size_t replaced = 0;  // by a dummy or a pseudonym
  std::size_t mapped = 0;    // UIDs
  std::size_t shifted = 0;   // dates
  std::size_t private_removed = 0;
  std::size_t private_kept = 0;     // known as safe
  std::size_t unknown_removed = 0;  // of a standard group, in no dictionary

  bool operator==(const Counts&) const = default;
};

// A research copy of one object.
struct Deidentified {
  Bytes bytes;                            // a Part 10 file
  std::vector<std::string> method_codes;  // as stamped into it
  Counts counts;
  std::string patient;           // its pseudonym
  std::string sop_instance_uid;  // the new one
  // Pixels are never changed. True: nothing says that they are free of text, so (0012,0062) Patient
  // Identity Removed is stamped NO, and the copy should be kept out of data sets until a person or
  // a later step has looked at it.
  bool may_carry_burned_in_text = false;
  std::string burned_in_reason;  // why, for people: "an ultrasound image"; empty: it may not
};

// Makes the research copy. Every attribute of PS3.15 Table E.1-1 is treated as `profile` says, at
// any depth; private and unknown elements go; UIDs and the patient get their stand-ins; dates move
// together. The transfer syntax and the pixel data stay byte for byte. The same input, profile and
// key give the same bytes; a copy of a copy has the bytes of the copy.
//
// NotSupported: not DICOM, a DICOMDIR, or an encapsulated document, whose text is not cleaned.
// DataCorrupt: as dicom::io::prescan, or compressed pixels without a transfer syntax.
// Callable from several threads at once. Errors name no value of the header.
//
// DICOM PS3.15 Annex E, PS3.10 section 7, CP-246.
[[nodiscard]] Result<Deidentified> deidentify(BytesView original, const Profile& profile,
                                              const Pseudonyms& pseudonyms);

}  // namespace osler::dicom::deidentify
