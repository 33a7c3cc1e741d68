#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::dicom::deidentify {

// What stands for a patient, a UID and a date: drawn by HMAC-SHA-256 from a secret key, so that the
// same original has the same stand-in in every file, run and program that holds the key, and that
// nobody without it can go back, not even by trying all originals. Const members may be called from
// several threads.
//
// A stand-in carries a check that only the key can make. What was already drawn with this key is
// recognised by it and left as it is: drawing twice is drawing once.
class Pseudonyms {
 public:
  // InvalidArgument: the key is not 32 bytes.
  [[nodiscard]] static Result<Pseudonyms> create(BytesView key);

  // "OSL-" and 18 letters and digits. `issuer` may be empty; both are trimmed.
  [[nodiscard]] std::string patient(std::string_view patient_id, std::string_view issuer) const;
  // "2.25." and at most 39 digits (PS3.5 B.2). Empty and well-known UIDs
  // (1.2.840.10008.*) are not changed.
  [[nodiscard]] std::string uid(std::string_view original) const;
  // The days that are added to each date of the patient with that pseudonym: -3650 to -1.
  [[nodiscard]] int date_shift_days(std::string_view pseudonym) const;

  // Was it drawn with this key?
  [[nodiscard]] bool drew_patient(std::string_view text) const;
  [[nodiscard]] bool drew_uid(std::string_view text) const;

 private:
  explicit Pseudonyms(BytesView key);
  [[nodiscard]] crypto::Digest draw(std::string_view purpose, std::string_view first,
                                    std::string_view second = {}) const;

  std::array<std::byte, 32> key_{};
};

}  // namespace osler::dicom::deidentify
