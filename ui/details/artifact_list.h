#pragma once

#include <QWidget>
#include <vector>

#include "core/store/rows.h"

class QVBoxLayout;

namespace lorascope::ui {

/// The files that a run left: kind, size, path, hash. Everything can be copied.
class ArtifactList : public QWidget {
  Q_OBJECT

 public:
  explicit ArtifactList(QWidget* parent = nullptr);
  void setArtifacts(const std::vector<store::Artifact>& artifacts);

 private:
  QVBoxLayout* layout_;
};

}  // namespace lorascope::ui
