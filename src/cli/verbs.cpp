#include "cli/verbs.h"

namespace osler::cli {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> kVerbs{
      ingest_verb(),         deidentify_verb(),     phantom_verb(),      dataset_import_verb(),
      dataset_create_verb(), dataset_list_verb(),   dataset_show_verb(), dataset_diff_verb(),
      dataset_split_verb(),  label_create_verb(),   label_list_verb(),   label_agreement_verb(),
      label_finish_verb(),   train_verb(),          evaluate_verb(),     runs_list_verb(),
      runs_show_verb(),      runs_compare_verb(),   runs_plot_verb(),    model_import_verb(),
      model_list_verb(),     model_show_verb(),     model_verify_verb(), model_export_verb(),
      model_promote_verb(),  model_rollback_verb(), model_retire_verb(), predict_verb(),
      serve_verb(),          user_add_verb(),       user_list_verb(),    user_disable_verb(),
      user_enable_verb(),    user_reset_verb(),     user_role_verb(),    token_verb(),
      token_list_verb(),     token_revoke_verb(),   audit_verify_verb(), audit_duplicates_verb(),
      audit_maps_verb(),     backup_verb(),         restore_verb(),      doctor_verb(),
  };
  return kVerbs;
}

}  // namespace osler::cli
