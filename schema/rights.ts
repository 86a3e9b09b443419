import { defineRights } from '../src/compiler/definition.ts';

export default defineRights({
  rights: {
    documentWorklist: 'Document worklist',
    invoices: 'Invoices',
    payments: 'Payments',
    vendors: 'Vendors',
    orders: 'Orders',
    deliveries: 'Deliveries',
    contracts: 'Contracts',
  },
  applications: {
    finance: { title: 'Finance', rights: ['documentWorklist', 'invoices', 'payments', 'vendors'] },
    procurement: { title: 'Procurement', rights: ['orders', 'deliveries', 'contracts', 'vendors'] },
  },
});
