import { defineFunctions } from '../src/compiler/functions.ts';

/** The functions of every workspace (P10): those that this server performs, and those that others ask it about. */
export default defineFunctions({
  IMPORT: 'Import',
  EXPORT: 'Export',
  OPEN_MAIN_VERSION: 'Open the main version',
  MERGE_TEMPLATES: 'Merge templates',
  CHANGE_OPTIONS: 'Change options',
  EMPTY_TRASH: 'Empty the trash',
  CLEAN_UP: 'Clean up',
  IMPORT_MODEL: 'Import a model',
  MANAGE_LANGUAGES: 'Manage languages',
  IMPORT_TRANSLATIONS: 'Import translations',
  IMPORT_DRAWING: 'Import drawings',
  EXPORT_WEB: 'Export for the web',
  MANAGE_WEB: 'Manage the web',
  CREATE_COLLECTION: 'Create collections',
});
