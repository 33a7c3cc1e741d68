#pragma once

#include "cli/verb.h"

namespace osler::cli {

// One a file.
[[nodiscard]] Verb ingest_verb();
[[nodiscard]] Verb deidentify_verb();
[[nodiscard]] Verb phantom_verb();
[[nodiscard]] Verb dataset_import_verb();
[[nodiscard]] Verb dataset_create_verb();
[[nodiscard]] Verb dataset_list_verb();
[[nodiscard]] Verb dataset_show_verb();
[[nodiscard]] Verb dataset_diff_verb();
[[nodiscard]] Verb dataset_split_verb();
[[nodiscard]] Verb label_create_verb();
[[nodiscard]] Verb label_list_verb();
[[nodiscard]] Verb label_agreement_verb();
[[nodiscard]] Verb label_finish_verb();
[[nodiscard]] Verb train_verb();
[[nodiscard]] Verb evaluate_verb();
[[nodiscard]] Verb runs_list_verb();
[[nodiscard]] Verb runs_show_verb();
[[nodiscard]] Verb runs_compare_verb();
[[nodiscard]] Verb runs_plot_verb();
[[nodiscard]] Verb model_import_verb();
[[nodiscard]] Verb model_list_verb();
[[nodiscard]] Verb model_show_verb();
[[nodiscard]] Verb model_verify_verb();
[[nodiscard]] Verb model_export_verb();
[[nodiscard]] Verb model_promote_verb();
[[nodiscard]] Verb model_rollback_verb();
[[nodiscard]] Verb model_retire_verb();
[[nodiscard]] Verb predict_verb();
[[nodiscard]] Verb serve_verb();
[[nodiscard]] Verb user_add_verb();
[[nodiscard]] Verb user_list_verb();
[[nodiscard]] Verb user_disable_verb();
[[nodiscard]] Verb user_enable_verb();
[[nodiscard]] Verb user_reset_verb();
[[nodiscard]] Verb user_role_verb();
[[nodiscard]] Verb token_verb();
[[nodiscard]] Verb token_list_verb();
[[nodiscard]] Verb token_revoke_verb();
[[nodiscard]] Verb audit_verify_verb();
[[nodiscard]] Verb audit_duplicates_verb();
[[nodiscard]] Verb audit_maps_verb();
[[nodiscard]] Verb backup_verb();
[[nodiscard]] Verb restore_verb();
[[nodiscard]] Verb doctor_verb();

}  // namespace osler::cli
