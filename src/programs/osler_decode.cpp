// osler-decode: decodes codestreams from strangers in a process that has nothing to lose. Started
// by osler, spoken to over its standard input and output (dicom/decode/internal/wire.h).
//
//   osler-decode                 serve requests until standard input ends
//   osler-decode --probe NAME    try an escape from the sandbox, for tests and for the wary

#include <cstdio>
#include <string_view>

#include "dicom/codecs/server.h"

int main(int argc, char** argv) {
  if (argc == 1) {
    return osler::dicom::codecs::serve();
  }
  if (argc == 3 && std::string_view(argv[1]) == "--probe") {
    return osler::dicom::codecs::probe(argv[2]);
  }
  std::fputs("osler-decode is started by osler; it has no use of its own\n", stderr);
  return 64;
}
