#include "ui/study/study_draft.h"

#include <QRegularExpression>

#include "core/study/settings_fields.h"

namespace lorascope::ui {
namespace {

QString text(const std::string& value) {
  return QString::fromStdString(value);
}

// `training.learning_rate` in the section [training] is `learning_rate`.
void addSections(QString& toml, const std::map<std::string, std::string>& settings) {
  QString section;
  for (const bool top : {true, false}) {
    for (const auto& [key, value] : settings) {
      const auto dot = key.find('.');
      if ((dot == std::string::npos) != top) continue;
      if (top) {
        toml += text(key) + " = " + text(value) + '\n';
        continue;
      }
      if (const QString own = text(key.substr(0, dot)); own != section) {
        section = own;
        toml += "\n[" + section + "]\n";
      }
      toml += text(key.substr(dot + 1)) + " = " + text(value) + '\n';
    }
  }
}

void addData(QString& toml, const StudyDraft& draft) {
  if (draft.miniature) {
    toml += QStringLiteral("data = \"miniature\"\n");
    return;
  }
  toml += QStringLiteral("\n[data]\n");
  for (const auto& [key, file] :
       {std::pair("train", draft.train), std::pair("eval", draft.eval), std::pair("test", draft.test)}) {
    if (!file.isEmpty()) toml += QString::fromUtf8(key) + " = " + text(tomlText(file)) + '\n';
  }
}

std::string tomlOf(const Json& value) {
  if (value.is_string()) return tomlText(text(value.get<std::string>()));
  if (!value.is_array()) return study::value_text(value);
  std::string list;
  for (const Json& element : value) list += (list.empty() ? "" : ", ") + tomlOf(element);
  return "[" + list + "]";
}

}  // namespace

std::string tomlText(const QString& value) {
  std::string result = "\"";
  for (const char letter : value.toStdString()) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter == '\n' || letter == '\t' ? ' ' : letter;
  }
  return result + '"';
}

std::string tomlValue(const QString& typed) {
  const QString trimmed = typed.trimmed();
  static const QRegularExpression number(QStringLiteral("^[+-]?[0-9][0-9_]*(\\.[0-9]+)?([eE][+-]?[0-9]+)?$"));
  const bool plain = trimmed == "true" || trimmed == "false" || trimmed.startsWith('[') || trimmed.startsWith('"') ||
                     trimmed.startsWith('\'') || number.match(trimmed).hasMatch();
  return plain ? trimmed.toStdString() : tomlText(trimmed);
}

QString StudyDraft::toml() const {
  QString toml = "name = " + text(tomlText(name)) + '\n';
  if (!description.isEmpty()) toml += "description = " + text(tomlText(description)) + '\n';
  toml += "task = " + text(tomlText(text(task))) + '\n';
  toml += "model = " + text(tomlText(model)) + '\n';
  if (!preset.isEmpty()) toml += "preset = " + text(tomlText(preset)) + '\n';
  toml += "seeds = [" + seeds.simplified() + "]\n";
  if (miniature) addData(toml, *this);
  std::map<std::string, std::string> top, sections;
  for (const auto& [key, value] : settings) (key.find('.') == std::string::npos ? top : sections)[key] = value;
  addSections(toml, top);
  if (!miniature) addData(toml, *this);
  addSections(toml, sections);
  if (!grid.empty()) {
    toml += QStringLiteral("\n[grid]\n");
    for (const auto& [key, values] : grid) toml += text(key) + " = " + text(values) + '\n';
  }
  for (const DraftMethod& one : methods) {
    toml += QStringLiteral("\n[[methods]]\n");
    if (!one.name.isEmpty()) toml += "name = " + text(tomlText(one.name)) + '\n';
    toml += "method = " + text(tomlText(text(one.method))) + '\n';
    for (const auto& [key, value] : one.settings) toml += text(key) + " = " + text(value) + '\n';
  }
  return toml;
}

void applyPreset(StudyDraft& draft, StudyPreset preset) {
  draft.methods = {{QStringLiteral("FT"), "ft", {}}, {QStringLiteral("LoRA r 8"), "lora", {}}};
  draft.settings.erase("training.max_steps");
  draft.preset = preset == StudyPreset::Paper ? QStringLiteral("paper") : QStringLiteral("tuned");
  draft.seeds = preset == StudyPreset::Tuned ? QStringLiteral("42, 43, 44") : QStringLiteral("42");
  if (preset == StudyPreset::Quick) draft.settings["training.max_steps"] = "40";
}

StudyDraft draftOf(const study::RunSettings& settings) {
  StudyDraft draft;
  draft.name = QStringLiteral("%1, changed").arg(text(settings.group.empty() ? settings.name : settings.group));
  draft.task = settings.task;
  draft.model = text(settings.model);
  draft.train = text(settings.train_file);
  draft.eval = text(settings.eval_file);
  draft.test = text(settings.test_file);
  draft.seeds = QString::number(settings.training.seed);
  DraftMethod method{text(settings.group), std::string(study::text(settings.method)), {}};
  for (const std::string& key : study::changed_keys(settings)) {
    const bool made_elsewhere = key == "name" || key == "group" || key == "task" || key == "model" || key == "method" ||
                                key == "training.seed" || key == "export_folder" || key == "threads" ||
                                key.starts_with("data.");
    const study::SettingsField* field = study::find_field(key);
    if (made_elsewhere || !field->concerns(settings)) continue;
    const std::string value = tomlOf(field->get(settings));
    (key.starts_with("lora.") || key == "adapter" ? method.settings : draft.settings)[key] = value;
  }
  draft.methods = {method};
  return draft;
}

}  // namespace lorascope::ui
