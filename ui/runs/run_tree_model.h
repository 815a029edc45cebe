#pragma once

#include <QAbstractItemModel>
#include <QColor>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/store/run_record.h"

namespace lorascope::ui {

class RunTreeModel;
class SessionModel;
enum class Appearance;

/// What a row of the run list is.
enum class RunRow { Study, Group, Run };

/// Study > group > run, as a tree for views. Follows the session; editing a name or an eye goes to `Q_SIGNALS`, so that
/// it can be undone.
class RunTreeModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { Name, Score, Star, Eye, NumColumns };
  enum Role {
    RowRole = Qt::UserRole,  ///< int(RunRow)
    IdRole,                  ///< qint64, runs only
    StateRole,               ///< int(store::RunState)
    ProgressRole,            ///< double, 0 to 1
    SwatchRole,              ///< QColor; groups, and runs with a colour of their own
    ReasonRole,              ///< QString: why a run failed, was lost; one line
    EyeRole,                 ///< 0 closed, 1 some open, 2 open
    StarRole,                ///< bool
    KeyRole,                 ///< QString that names the row across rebuilds
    StatusRole,              ///< QString of the Score column
  };

  explicit RunTreeModel(SessionModel* session, QObject* parent = nullptr);
  ~RunTreeModel() override;

  /// Which appearance the swatches are for.
  void setAppearance(Appearance appearance);

  /// The row's run, or all runs below it.
  std::vector<store::RunId> runIds(const QModelIndex& index) const;
  QModelIndex indexOf(store::RunId id) const;
  const store::RunRecord* record(const QModelIndex& index) const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& index) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QStringList mimeTypes() const override;
  /// The runs of the rows: see ui/runs/dragged_runs.h.
  QMimeData* mimeData(const QModelIndexList& indexes) const override;

 Q_SIGNALS:
  void renameRequested(lorascope::store::RunId id, const QString& name);

 private:
  struct Node;

  Node* nodeOf(const QModelIndex& index) const;
  void rebuild();
  void refresh();
  void assignSwatches();
  QVariant runData(const Node& node, const store::RunRecord& run, int column, int role) const;
  QVariant parentData(const Node& node, int column, int role) const;
  int eyeOf(const Node& node) const;

  SessionModel* session_;
  Appearance appearance_;
  std::unique_ptr<Node> root_;
  std::unordered_map<store::RunId, Node*> run_nodes_;
};

}  // namespace lorascope::ui
