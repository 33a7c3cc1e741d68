#pragma once

#include "base/crypto.h"
#include "base/result.h"
#include "dicom/decode/internal/wire.h"

namespace osler::dicom::codecs {

// What came out of a codestream: interleaved little endian samples, and a head that says so.
struct Decoded {
  decode::WireReply head;
  Bytes samples;
};

// Loads what the codecs read from disk (DCMTK's dictionary) and silences what they would print:
// before the sandbox closes.
void prepare();

// One codestream to samples. To be called inside the sandbox only: the libraries behind it are old
// and the bytes are strangers'. DataCorrupt: broken, or another geometry than asked. NotSupported:
// a form that nobody decodes. DataCorrupt too where it would need more memory than the sandbox has.
[[nodiscard]] Result<Decoded> decode_codestream(const decode::WireRequest& request,
                                                BytesView bytes);

}  // namespace osler::dicom::codecs
