#pragma once

#include <string>

#include "evaluate/report/report.h"

namespace osler::evaluate::report {

// The parts of the page in the order in which they stand; each without its heading.
[[nodiscard]] std::string plain_sentences(const Report& report);
[[nodiscard]] std::string numbers_section(const Report& report);
[[nodiscard]] std::string curves_section(const Report& report);
[[nodiscard]] std::string groups_section(const Report& report);
[[nodiscard]] std::string failures_section(const Report& report);
[[nodiscard]] std::string quality_section(const Report& report);
[[nodiscard]] std::string gates_section(const Report& report);
[[nodiscard]] std::string methods_section(const Report& report);

// A paragraph that says what was not assessed, and why. Escapes the text.
[[nodiscard]] std::string not_assessed(const std::string& text);

}  // namespace osler::evaluate::report
