#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dicom/io/internal/element.h"

namespace osler::dicom::deidentify {

// Without the blanks and nulls around it.
[[nodiscard]] std::string_view plain(std::string_view value);

// Each value of a DA or DT element, moved by `days`: what follows the date (time of day, fraction,
// zone) and the way it is written ("20200131", "2020.01.31", "2020-01-31", "202001", "2020") stay;
// empty values stay empty. Nothing: one of them is no date of the calendar.
[[nodiscard]] std::optional<std::string> shift_dates(std::string_view values, int days);

// Times of day (TM), or an offset from UTC, as devices write them: digits and what stands between
// them, no words. Empty too.
[[nodiscard]] bool is_time(std::string_view values);

// Ages as the profile lets them stand: above 89 years "090Y" (no one is alone at a great age);
// nothing where it cannot be read.
[[nodiscard]] std::optional<std::string> coarse_age(std::string_view value);

// The age that the patient had, as AS; nothing where a date cannot be read or the order is wrong.
[[nodiscard]] std::optional<std::string> age_between(std::string_view birth_date,
                                                     std::string_view study_date);

// A value of the representation that says nothing, the same everywhere.
[[nodiscard]] std::string_view dummy(io::Vr code);

}  // namespace osler::dicom::deidentify
