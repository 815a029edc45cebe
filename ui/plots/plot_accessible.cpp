#include "ui/plots/plot_accessible.h"

#include <QAccessibleWidget>

#include "ui/plots/plot_view.h"

namespace lorascope::ui {
namespace {

class PlotAccessible : public QAccessibleWidget {
 public:
  explicit PlotAccessible(PlotView* view) : QAccessibleWidget(view, QAccessible::Chart) {}

  QString text(QAccessible::Text kind) const override {
    if (kind == QAccessible::Description) {
      return QString::fromStdString(figures::describe(static_cast<PlotView*>(widget())->figure()));
    }
    return QAccessibleWidget::text(kind);
  }
};

QAccessibleInterface* makeAccessible(const QString&, QObject* object) {
  auto* view = qobject_cast<PlotView*>(object);
  return view != nullptr ? new PlotAccessible(view) : nullptr;
}

}  // namespace

void installPlotAccessibility() {
  static const bool installed = [] {
    QAccessible::installFactory(makeAccessible);
    return true;
  }();
  static_cast<void>(installed);
}

}  // namespace lorascope::ui
