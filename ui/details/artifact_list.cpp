#include "ui/details/artifact_list.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/widgets/labels.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

QWidget* makeRow(const store::Artifact& artifact) {
  auto* row = new QWidget;
  auto* layout = new QVBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 4);
  layout->setSpacing(0);
  auto* first = new QHBoxLayout;
  const QString kind = QString::fromStdString(artifact.kind);
  first->addWidget(
      new QLabel(artifact.step > 0 ? QObject::tr("%1, step %2").arg(kind, countText(artifact.step)) : kind), 1);
  first->addWidget(makeValue(bytesText(artifact.size_bytes)));
  layout->addLayout(first);
  const QString path = QString::fromStdString(artifact.path);
  auto* second = new ElidedLabel(path);
  second->setFont(captionFont());
  makeSecondary(second);
  const QString hash = QString::fromStdString(artifact.sha256);
  second->setToolTip(hash.isEmpty() ? path : QStringLiteral("%1\nSHA-256 %2").arg(path, hash));
  layout->addWidget(second);
  if (!hash.isEmpty()) {
    auto* third = makeCaption(QStringLiteral("sha256 %1…").arg(hash.left(16)));
    third->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(third);
  }
  return row;
}

}  // namespace

ArtifactList::ArtifactList(QWidget* parent) : QWidget(parent) {
  layout_ = new QVBoxLayout(this);
  layout_->setContentsMargins(0, 0, 0, 0);
  layout_->setSpacing(4);
}

void ArtifactList::setArtifacts(const std::vector<store::Artifact>& artifacts) {
  while (QLayoutItem* item = layout_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const store::Artifact& artifact : artifacts) {
    layout_->addWidget(makeRow(artifact));
  }
  if (artifacts.empty()) {
    layout_->addWidget(makeCaption(tr("No files yet.")));
  }
}

}  // namespace lorascope::ui
