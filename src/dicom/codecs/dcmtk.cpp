#include <memory>
#include <string>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#include "dicom/codecs/internal/formats.h"

namespace osler::dicom::codecs {
namespace {

Error broken(const decode::WireRequest& request) {
  return {ErrorCode::DataCorrupt, request.work == decode::Work::JpegLs
                                      ? "the JPEG-LS codestream is broken"
                                      : "the JPEG codestream is broken"};
}

// The data set that DCMTK's codecs want to read the geometry from, with the one frame in it.
std::unique_ptr<DcmDataset> make_data_set(const decode::WireRequest& request, BytesView bytes) {
  auto data = std::make_unique<DcmDataset>();
  const std::string photometric(request.photometric.view());
  data->putAndInsertUint16(DCM_SamplesPerPixel, request.samples);
  data->putAndInsertString(DCM_PhotometricInterpretation, photometric.c_str());
  data->putAndInsertUint16(DCM_PlanarConfiguration, 0);
  data->putAndInsertString(DCM_NumberOfFrames, "1");
  data->putAndInsertUint16(DCM_Rows, static_cast<Uint16>(request.rows));
  data->putAndInsertUint16(DCM_Columns, static_cast<Uint16>(request.columns));
  data->putAndInsertUint16(DCM_BitsAllocated, request.bits_allocated);
  data->putAndInsertUint16(DCM_BitsStored, request.bits_stored);
  data->putAndInsertUint16(DCM_HighBit, request.high_bit);
  data->putAndInsertUint16(DCM_PixelRepresentation, request.is_signed);

  auto fragment = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
  fragment->putUint8Array(reinterpret_cast<const Uint8*>(bytes.data()),
                          static_cast<unsigned long>(bytes.size()));
  // DCMTK's containers take their parts over.
  auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
  sequence->insert(std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB)).release());
  sequence->insert(fragment.release());
  auto pixels = std::make_unique<DcmPixelData>(DCM_PixelData);
  const std::string uid(request.syntax.view());
  const DcmXfer syntax(uid.c_str());
  pixels->putOriginalRepresentation(syntax.getXfer(), nullptr, sequence.release());
  data->insert(pixels.release(), OFTrue);
  return data;
}

}  // namespace

void prepare() {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  DJDecoderRegistration::registerCodecs(EDC_photometricInterpretation, EUC_never, EPC_colorByPixel);
  DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel, OFTrue);
  static_cast<void>(dcmDataDict.rdlock().numberOfEntries());
  dcmDataDict.rdunlock();
}

Result<Decoded> decode_with_dcmtk(const decode::WireRequest& request, BytesView bytes) {
  const auto data = make_data_set(request, bytes);
  DcmElement* element = nullptr;
  if (data->findAndGetElement(DCM_PixelData, element).bad()) {
    return broken(request);
  }
  const std::size_t width = request.bits_allocated <= 8 ? 1 : 2;
  OSLER_TRY(Decoded out, make_room(request.columns, request.rows, request.samples, width));
  Uint32 size = 0;
  auto& pixels = static_cast<DcmPixelData&>(*element);
  if (pixels.getUncompressedFrameSize(data.get(), size).bad() || size > out.samples.size() + 1) {
    return broken(request);
  }
  out.samples.resize(out.samples.size() + (out.samples.size() % 2));
  Uint32 fragment = 1;  // after the offset table
  OFString model;
  const OFCondition status = pixels.getUncompressedFrame(
      data.get(), 0, fragment, out.samples.data(), static_cast<Uint32>(out.samples.size()), model);
  if (status.bad()) {
    return broken(request);
  }
  out.samples.resize(out.head.length);
  if (request.samples == 3 && std::string_view(model.c_str()).starts_with("YBR")) {
    out.head.colour = decode::Colour::YbrFull;
  }
  return out;
}

}  // namespace osler::dicom::codecs
