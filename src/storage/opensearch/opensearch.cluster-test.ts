import { alertStoreContract, eventStoreContract, resultStoreContract, stateStoreContract } from '../contract.ts'
import { openFresh } from './testing/fresh.ts'

const name = `OpenSearch ${process.env.ODDSOCK_TEST_LINE}`

eventStoreContract(name, async () => (await openFresh()).events, 10)
resultStoreContract(name, async () => (await openFresh()).results)
alertStoreContract(name, async () => (await openFresh()).alerts)
stateStoreContract(name, async () => (await openFresh()).state, 10)
