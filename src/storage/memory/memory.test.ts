import { alertStoreContract, eventStoreContract, resultStoreContract, stateStoreContract } from '../contract.ts'
import { openMemory } from './open-memory.ts'

eventStoreContract('memory', async () => openMemory().events)
resultStoreContract('memory', async () => openMemory().results)
alertStoreContract('memory', async () => openMemory().alerts)
stateStoreContract('memory', async () => openMemory().state)
