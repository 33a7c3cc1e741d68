#include "serve/inference/kserve.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <utility>

#include <simdjson.h>

namespace osler::serve::inference {
namespace {

namespace json = simdjson::ondemand;

constexpr std::size_t kDeepest = 8;  // of nested data arrays
constexpr std::size_t kMostDimensions = 8;
constexpr std::size_t kLongestName = 128;

Error fault(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message))
      .hint("see GET /v2/models/MODEL for the inputs that the model takes");
}

Error malformed(simdjson::error_code code) {
  return fault(std::string("the request is not valid JSON: ") + simdjson::error_message(code));
}

// Keys that an object has shown: a repeated one could be read in two ways.
class Keys {
 public:
  Result<void> note(std::string_view key) {
    if (!seen_.emplace(key).second) {
      return fault("the key \"" + std::string(key) + "\" stands twice");
    }
    return {};
  }

 private:
  std::set<std::string, std::less<>> seen_;
};

// Walks an object's members: `read(key, value)` for each.
template <typename Read>
Result<void> each_member(json::object object, Read read) {
  Keys keys;
  for (auto member : object) {
    std::string_view key;
    if (const auto code = member.unescaped_key().get(key); code != simdjson::SUCCESS) {
      return malformed(code);
    }
    OSLER_TRY_DO(keys.note(key));
    json::value value;
    if (const auto code = member.value().get(value); code != simdjson::SUCCESS) {
      return malformed(code);
    }
    // The key is a view that the next read may overwrite.
    OSLER_TRY_DO(read(std::string(key), value));
  }
  return {};
}

template <typename Read>
Result<void> each_element(json::value list, const char* what, Read read) {
  json::array array;
  if (list.get_array().get(array) != simdjson::SUCCESS) {
    return fault(std::string("\"") + what + "\" is not a list");
  }
  for (auto element : array) {
    json::value value;
    if (const auto code = element.get(value); code != simdjson::SUCCESS) {
      return malformed(code);
    }
    OSLER_TRY_DO(read(value));
  }
  return {};
}

Result<std::string> text(json::value value, const char* what) {
  std::string_view found;
  if (value.get_string().get(found) != simdjson::SUCCESS || found.size() > kLongestName) {
    return fault(std::string("\"") + what + "\" is not a text of at most 128 bytes");
  }
  return std::string(found);
}

// Passes a value that we do not use, but not one that is no value at all.
Result<void> skip(json::value value) {
  json::json_type type{};
  if (const auto code = value.type().get(type); code != simdjson::SUCCESS) {
    return malformed(code);
  }
  return {};
}

// An input as it is read; its data may stand before its shape.
struct Reading {
  Tensor tensor;
  std::string datatype;
  std::optional<std::size_t> binary_bytes;
  bool has_data = false;
};

Result<void> read_numbers(json::value value, std::size_t depth, std::size_t most,
                          std::vector<float>& out) {
  json::json_type type{};
  if (const auto code = value.type().get(type); code != simdjson::SUCCESS) {
    return malformed(code);
  }
  if (type == json::json_type::array) {
    if (depth == kDeepest) {
      return fault("\"data\" is nested more than 8 deep");
    }
    return each_element(value, "data", [&](json::value element) {
      return read_numbers(element, depth + 1, most, out);
    });
  }
  double number = 0.0;
  if (value.get_double().get(number) != simdjson::SUCCESS) {
    return fault("\"data\" holds something that is not a number");
  }
  if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    return fault("\"data\" holds a number that is no 32-bit float");
  }
  if (out.size() == most) {
    return fault("\"data\" holds more values than the limit allows");
  }
  out.push_back(static_cast<float>(number));
  return {};
}

Result<void> read_shape(json::value value, Tensor& tensor) {
  return each_element(value, "shape", [&](json::value element) -> Result<void> {
    std::int64_t size = 0;
    if (element.get_int64().get(size) != simdjson::SUCCESS || size < 1 ||
        tensor.shape.size() == kMostDimensions) {
      return fault("\"shape\" is not 1 to 8 sizes of at least 1");
    }
    tensor.shape.push_back(size);
    return {};
  });
}

Result<void> read_input_parameters(json::value value, Reading& reading) {
  json::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) {
    return fault("\"parameters\" is not an object");
  }
  return each_member(object, [&](const std::string& key, json::value member) -> Result<void> {
    if (key != "binary_data_size") {
      return skip(member);
    }
    std::uint64_t size = 0;
    if (member.get_uint64().get(size) != simdjson::SUCCESS) {
      return fault("\"binary_data_size\" is not a number of bytes");
    }
    reading.binary_bytes = size;
    return {};
  });
}

Result<Reading> read_input(json::value value, std::size_t most) {
  json::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) {
    return fault("an input is not an object");
  }
  Reading reading;
  OSLER_TRY_DO(each_member(object, [&](const std::string& key, json::value member) -> Result<void> {
    if (key == "name") {
      OSLER_TRY(reading.tensor.name, text(member, "name"));
    } else if (key == "datatype") {
      OSLER_TRY(reading.datatype, text(member, "datatype"));
    } else if (key == "shape") {
      return read_shape(member, reading.tensor);
    } else if (key == "parameters") {
      return read_input_parameters(member, reading);
    } else if (key == "data") {
      reading.has_data = true;
      return read_numbers(member, 0, most, reading.tensor.data);
    } else {
      return skip(member);
    }
    return {};
  }));
  if (reading.tensor.name.empty() || reading.tensor.shape.empty()) {
    return fault("an input needs \"name\" and \"shape\"");
  }
  if (reading.datatype != "FP32") {
    return fault("input \"" + reading.tensor.name + "\" is not of datatype FP32");
  }
  return reading;
}

// How many values the shape names, if that is within the limit.
std::optional<std::size_t> volume(const std::vector<std::int64_t>& shape, std::size_t most) {
  std::size_t product = 1;
  for (const std::int64_t size : shape) {
    if (static_cast<std::uint64_t>(size) > most / product) {
      return std::nullopt;
    }
    product *= static_cast<std::size_t>(size);
  }
  return product;
}

Result<void> take_binary(Reading& reading, std::size_t values, BytesView& rest) {
  if (*reading.binary_bytes != values * sizeof(float)) {
    return fault("input \"" + reading.tensor.name + "\": binary_data_size is not 4 bytes a value");
  }
  if (rest.size() < *reading.binary_bytes) {
    return fault("input \"" + reading.tensor.name + "\": the body ends before its bytes");
  }
  reading.tensor.data.resize(values);
  std::memcpy(reading.tensor.data.data(), rest.data(), *reading.binary_bytes);
  rest = rest.subspan(*reading.binary_bytes);
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::ranges::all_of(reading.tensor.data, finite)) {
    return fault("input \"" + reading.tensor.name + "\" holds a value that is not a finite number");
  }
  return {};
}

// Data against shape, and the bytes that follow the JSON, in the order of the inputs.
Result<std::vector<Tensor>> settle(std::vector<Reading> readings, BytesView rest,
                                   const InferLimits& limits) {
  std::vector<Tensor> tensors;
  for (auto& reading : readings) {
    const auto values = volume(reading.tensor.shape, limits.values);
    if (!values) {
      return fault("input \"" + reading.tensor.name + "\" is larger than the limit allows");
    }
    if (reading.has_data == reading.binary_bytes.has_value()) {
      return fault("input \"" + reading.tensor.name +
                   "\" needs either \"data\" or \"binary_data_size\"");
    }
    if (reading.binary_bytes) {
      OSLER_TRY_DO(take_binary(reading, *values, rest));
    }
    if (reading.tensor.data.size() != *values) {
      return fault("input \"" + reading.tensor.name + "\" has " +
                   std::to_string(reading.tensor.data.size()) + " values, its shape asks for " +
                   std::to_string(*values));
    }
    tensors.push_back(std::move(reading.tensor));
  }
  if (!rest.empty()) {
    return fault(std::to_string(rest.size()) + " bytes follow the last tensor");
  }
  return tensors;
}

Result<void> read_output(json::value value, InferRequest& request) {
  json::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) {
    return fault("an output is not an object");
  }
  RequestedOutput output{.name = {}, .binary = request.binary_outputs};
  OSLER_TRY_DO(each_member(object, [&](const std::string& key, json::value member) -> Result<void> {
    if (key == "name") {
      OSLER_TRY(output.name, text(member, "name"));
      return {};
    }
    json::object parameters;
    if (key != "parameters" || member.get_object().get(parameters) != simdjson::SUCCESS) {
      return skip(member);
    }
    return each_member(parameters, [&](const std::string& name, json::value flag) -> Result<void> {
      if (name != "binary_data") {
        return skip(flag);
      }
      if (flag.get_bool().get(output.binary) != simdjson::SUCCESS) {
        return fault("\"binary_data\" is not true or false");
      }
      return {};
    });
  }));
  request.outputs.push_back(std::move(output));
  return {};
}

Result<void> read_parameters(json::value value, InferRequest& request) {
  json::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) {
    return fault("\"parameters\" is not an object");
  }
  return each_member(object, [&](const std::string& key, json::value member) -> Result<void> {
    if (key == "binary_data_output") {
      if (member.get_bool().get(request.binary_outputs) != simdjson::SUCCESS) {
        return fault("\"binary_data_output\" is not true or false");
      }
      return {};
    }
    if (key == "timeout") {
      double microseconds = 0.0;
      if (member.get_double().get(microseconds) != simdjson::SUCCESS || !(microseconds > 0.0)) {
        return fault("\"timeout\" is not a number of microseconds");
      }
      request.timeout_ms = microseconds / 1000.0;
      return {};
    }
    return skip(member);
  });
}

void number(std::string& out, float value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void quoted(std::string& out, std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
}

bool wants_binary(const InferRequest& request, const std::string& name) {
  const auto found = std::ranges::find(request.outputs, name, &RequestedOutput::name);
  return found == request.outputs.end() ? request.binary_outputs : found->binary;
}

}  // namespace

Result<InferRequest> parse_infer(BytesView body, std::optional<std::size_t> json_bytes,
                                 const InferLimits& limits) {
  if (json_bytes && *json_bytes > body.size()) {
    return fault("Inference-Header-Content-Length is larger than the body");
  }
  const BytesView head = json_bytes ? body.first(*json_bytes) : body;
  const simdjson::padded_string padded(reinterpret_cast<const char*>(head.data()), head.size());
  json::parser parser;
  json::document document;
  json::object root;
  if (const auto code = parser.iterate(padded).get(document); code != simdjson::SUCCESS) {
    return malformed(code);
  }
  if (document.get_object().get(root) != simdjson::SUCCESS) {
    return fault("the request is not a JSON object");
  }
  InferRequest request;
  std::vector<Reading> readings;
  std::size_t values = 0;
  OSLER_TRY_DO(each_member(root, [&](const std::string& key, json::value member) -> Result<void> {
    if (key == "id") {
      OSLER_TRY(request.id, text(member, "id"));
      return {};
    }
    if (key == "parameters") {
      return read_parameters(member, request);
    }
    if (key == "inputs") {
      return each_element(member, "inputs", [&](json::value input) -> Result<void> {
        if (readings.size() == limits.inputs) {
          return fault("more inputs than the limit allows");
        }
        OSLER_TRY(auto reading, read_input(input, limits.values - values));
        values += reading.tensor.data.size();
        readings.push_back(std::move(reading));
        return {};
      });
    }
    if (key == "outputs") {
      return each_element(member, "outputs", [&](json::value output) -> Result<void> {
        if (request.outputs.size() == limits.outputs) {
          return fault("more outputs than the limit allows");
        }
        return read_output(output, request);
      });
    }
    return skip(member);
  }));
  const char* next = nullptr;
  if (document.current_location().get(next) != simdjson::OUT_OF_BOUNDS) {
    return fault("something follows the JSON object");
  }
  if (readings.empty()) {
    return fault("the request has no \"inputs\"");
  }
  OSLER_TRY(request.inputs, settle(std::move(readings), body.subspan(head.size()), limits));
  return request;
}

InferReply write_infer(const InferRequest& request, std::string_view model,
                       std::string_view version, const std::vector<Tensor>& outputs) {
  std::string head = "{\"model_name\":";
  quoted(head, model);
  head += ",\"model_version\":";
  quoted(head, version);
  if (!request.id.empty()) {
    head += ",\"id\":";
    quoted(head, request.id);
  }
  head += ",\"outputs\":[";
  std::string tail;
  for (const auto& output : outputs) {
    if (&output != &outputs.front()) {
      head += ',';
    }
    head += "{\"name\":";
    quoted(head, output.name);
    head += ",\"datatype\":\"FP32\",\"shape\":[";
    for (std::size_t i = 0; i < output.shape.size(); ++i) {
      head += (i == 0 ? "" : ",") + std::to_string(output.shape[i]);
    }
    head += ']';
    if (wants_binary(request, output.name)) {
      const std::size_t bytes = output.data.size() * sizeof(float);
      head += ",\"parameters\":{\"binary_data_size\":" + std::to_string(bytes) + "}";
      tail.append(reinterpret_cast<const char*>(output.data.data()), bytes);
    } else {
      head += ",\"data\":[";
      for (std::size_t i = 0; i < output.data.size(); ++i) {
        if (i != 0) {
          head += ',';
        }
        number(head, output.data[i]);
      }
      head += ']';
    }
    head += '}';
  }
  head += "]}";
  InferReply reply;
  if (!tail.empty()) {
    reply.json_bytes = head.size();
  }
  reply.body = std::move(head) + tail;
  return reply;
}

}  // namespace osler::serve::inference
