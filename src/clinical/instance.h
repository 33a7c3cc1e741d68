#pragma once

#include <optional>
#include <string>

namespace osler::clinical {

// What the platform knows of one SOP instance from its header. Texts are UTF-8, trimmed; absent is
// empty. Patient fields are for the identified store only: never for a log or an error.
struct Instance {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string series_instance_uid;
  std::string study_instance_uid;
  std::string transfer_syntax_uid;

  std::string patient_id;
  std::string patient_name;
  std::string patient_birth_date;  // YYYYMMDD
  std::string patient_sex;         // M, F, O or empty
  std::optional<double> age_years;

  std::string study_date;  // YYYYMMDD
  std::string study_time;
  std::string accession_number;
  std::string series_number;
  std::string instance_number;
  std::string modality;
  std::string body_part;
  std::string view_position;
  std::string laterality;
  std::string study_description;
  std::string series_description;
  std::string manufacturer;
  std::string model_name;
  std::string station_name;
  std::string institution_name;
  std::string location;     // where the patient or the unit is: "Ward 7B"
  std::string priority;     // of the request, as written: "STAT", "HIGH", "ROUTINE"
  std::string question;     // the reason for the request, as its author wrote it
  std::string orientation;  // of rows and columns (PS3.3 C.7.6.1.1.1): "L\F"
  std::string burned_in_annotation;
  std::string image_type;  // values joined by a backslash

  std::optional<double> kvp;
  std::optional<double> exposure_mas;

  long rows = 0;
  long columns = 0;
  long frames = 0;  // 0: no pixel data
  int samples_per_pixel = 1;
  int bits_allocated = 0;
  int bits_stored = 0;
  std::string photometric;
  std::optional<double> row_spacing_mm;
  std::optional<double> column_spacing_mm;

  bool identity_removed = false;  // (0012,0062) is YES
};

}  // namespace osler::clinical
