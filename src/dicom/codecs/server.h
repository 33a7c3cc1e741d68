#pragma once

namespace osler::dicom::codecs {

// Answers requests on standard input until it ends; returns the exit code.
[[nodiscard]] int serve();

// Inside the sandbox, tries what it must not let happen: "open", "connect", "exec", "fork",
// "ptrace", "memory" or "spin"; the process ends by signal unless the sandbox leaks, in which case
// this returns 0. "layers" prints which layers hold.
[[nodiscard]] int probe(const char* what);

}  // namespace osler::dicom::codecs
