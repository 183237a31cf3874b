import type { DESTINATION_REMEDIES } from '../../remedies/destinations.ts';
import type { Told } from '../told.ts';

/** In Spanish: copies of recordings in stores of somebody else's. */
export const DESTINATION_ES = {
  'copies-disk-low': {
    message:
      'Al disco de las segundas copias le queda poco espacio, así que no se hace ninguna. La grabación está a salvo aquí.',
    action:
      'Libera espacio allí: queda libre una vigésima parte del disco, 1 GB como máximo. Después sigue solo, en menos de una hora.',
  },
  'destination-unreachable': {
    message: 'El destino no responde. La grabación está a salvo aquí.',
    action:
      'Una copia se envía de nuevo sola; una prueba no. Si sigue igual, comprueba la dirección y la red.',
  },
  'destination-refused': {
    message: 'El destino no acepta la grabación. Está a salvo aquí.',
    action:
      'Comprueba las credenciales, sus permisos, el bucket, contenedor o directorio, y el certificado o la clave del servidor.',
  },
  'destination-mismatch': {
    message: 'Lo que hay en el destino no es lo que se envió. La grabación está a salvo aquí.',
    action: 'Se quitó de allí y se envía de nuevo. Si sigue igual, revisa el almacén y lo que hay en medio.',
  },
  'destination-stopped': {
    message: 'La copia se detuvo antes de completarse. La grabación está a salvo aquí.',
    action: 'Envíala otra vez; en el destino no queda nada a medias.',
  },
  'credentials-invalid': {
    message: 'Las credenciales no tienen la forma que pide este tipo de destino.',
    action: 'Compáralas con los campos que indica la documentación para este tipo.',
  },
  'credentials-too-long': {
    message: 'Las credenciales son más largas de lo que acepta este servicio.',
    action: 'Acórtalas, o pide a quien gestiona el servicio que aumente TALLYLIGHT_CREDENTIALS_MAX.',
  },
  'credentials-missing': {
    message: 'Otro lugar necesita sus propias credenciales.',
    action: 'Envía también las credenciales: las del lugar anterior nunca se llevan a otro.',
  },
  'destination-forbidden': {
    message: 'A esta dirección no se envían copias.',
    action: 'Usa una dirección accesible desde internet, o permite esta con TALLYLIGHT_DESTINATION_ALLOW.',
  },
  'destination-unset': {
    message: 'Esta colección no tiene destino para copias.',
    action: 'Pon uno con PUT /collection/{c}/destination, o en la página Copies de la consola.',
  },
} as const satisfies Readonly<Record<keyof typeof DESTINATION_REMEDIES, Told>>;
